import path from "node:path";
import { writeExportCard } from "../card/exportCards.js";
import { type CardLearner, learnerFacts } from "../card/learnerFacts.js";
import { weightsHash } from "../card/weightsHash.js";
import { type Exported, exportLearner, type ExportOptions } from "./exportLearner.js";

/**
 * Writes an exported file, and beside it its model card.
 * @param learn whose card it is: a run's numbers are noted by it
 * @throws UserError as {@link exportLearner}, and naming a card that cannot be read or written
 */
export async function exportWithCard(
  learn: Exported,
  trained: CardLearner,
  file: string,
  options: ExportOptions,
): Promise<void> {
  const exported = await exportLearner(learn, file, options);
  await writeExportCard(learn, file, {
    ...{ file: path.basename(file), exported, weights: weightsHash(learn.model) },
    dataset: path.basename(learn.data.path),
    isPretrained: learn.model.body.weights?.pretrained === true,
    facts: learnerFacts(trained, exported),
  });
}
