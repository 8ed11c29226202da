/** A column of a table by its name, or, where it is a number, by its place from 0 on. */
export const columnOf = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text);
