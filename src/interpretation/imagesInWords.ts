/** So many images of a set, such as "624 test images"; a set that is not known is not named. */
export function imagesInWords(count: number, set?: string): string {
  return [count, set ?? [], count === 1 ? "image" : "images"].flat().join(" ");
}
