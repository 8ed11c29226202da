/** Whose images they are: Kermany's X-rays, phantoms that the program drew, or any others. */
export type DataSource = "kermany" | "phantom" | "other";

/** The classes of Kermany's X-rays. */
export const kermanyClasses = ["NORMAL", "PNEUMONIA"] as const;

/** Where Kermany's X-rays come from. */
export const kermanySource =
  "Kermany, Zhang and Goldbaum, Labeled Optical Coherence Tomography (OCT) and Chest X-Ray Images for " +
  "Classification, Mendeley Data, doi 10.17632/rscbjbr9sj, licence CC BY 4.0";
