/** Whose images they are: Kermany's X-rays, phantoms that the program drew, or any others. */
export type DataSource = "kermany" | "phantom" | "other";
