import type { DataSet, Element } from "dicom-parser";

/** The first item of a sequence. */
export const firstItem = (dataSet: DataSet | undefined, tag: string): DataSet | undefined =>
  dataSet?.elements[tag]?.items?.[0]?.dataSet;

/** An element's value as it stands in the file. */
export const bytesOf = (dataSet: DataSet, { dataOffset, length }: Element): Uint8Array =>
  dataSet.byteArray.subarray(dataOffset, dataOffset + length);
