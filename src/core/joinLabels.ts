/** What an image is called by the labels that it has, as fast.ai writes them: "Effusion;Mass". */
export const joinLabels = (labels: readonly string[]): string =>
  labels.length === 0 ? "no label" : labels.join(";");
