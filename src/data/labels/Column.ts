/** A column by its name in the header, or by its place, from 0 on. */
export type Column = string | number;
