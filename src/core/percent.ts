/** A share in per cent, such as 62.5%. */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(3))}%`;
