/** What images that belong together show: one patient, where that is known, or whatever makes them a group. */
export type GroupNoun = "patient" | "group";

/** Words for people in the name of a column or in a pattern. */
const people =
  /patient|person|people|subject|participant|child|(^|[^a-z])(mrn|case|pid|who|kid|baby|adult|donor)([^a-z]|$)/i;

/** What the groups are called that a column or a pattern tells apart. */
export const groupNounFor = (source: string): GroupNoun => (people.test(source) ? "patient" : "group");

/** Such as "1 patient" and "12 groups". */
export const groupsInWords = (count: number, noun: GroupNoun = "patient"): string =>
  `${count} ${count === 1 ? noun : `${noun}s`}`;
