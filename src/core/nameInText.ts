/** What reads as a number, or as more than one name. */
const misread = /^[-+]?\.?\d[\d.,eE+\s-]*%?$|[,;]|^\s|\s$/;

/** A name as a sentence has it: in quotation marks where it would be taken for a number, or for several names. */
export const nameInText = (name: string): string => (misread.test(name) ? JSON.stringify(name) : name);

/** Names in a row, such as `cat, dog` and `"0", "1"`. */
export const namesInText = (names: readonly string[]): string => names.map(nameInText).join(", ");
