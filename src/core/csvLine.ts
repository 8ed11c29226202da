/** A line of a CSV file (RFC 4180): a cell may hold a comma, quotation marks or an end of line. */
export const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\n`;
