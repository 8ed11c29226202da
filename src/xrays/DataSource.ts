/** Whose images they are: Kermany's X-rays, phantoms that the program drew, or any others. */
export type DataSource = "kermany" | "phantom" | "other";

/** The classes of Kermany's X-rays. */
export const kermanyClasses = ["NORMAL", "PNEUMONIA"] as const;
