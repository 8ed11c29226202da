import path from "node:path";
import { acrossReloads } from "../../core/acrossReloads.js";
import { currentDisplay } from "../../core/Display.js";
import { shownPath } from "../../core/shownPath.js";
import type { CardResults } from "./CardFacts.js";
import { type ModelCard, modelCard, openRows } from "./modelCard.js";
import { writeCard } from "./writeCard.js";

/** A card of an exported file, without a run's numbers. */
interface ExportedCard extends Omit<ModelCard, "results"> {
  /** What tells the exported weights from others. */
  readonly weights: string;
}

/** What a learner's cards have been made of. */
interface CardsOfLearner {
  /** By the exported file. */
  readonly cards: Map<string, ExportedCard>;
  results?: CardResults;
}

const known = acrossReloads("model cards", () => new WeakMap<object, CardsOfLearner>());

function cardsOf(learn: object): CardsOfLearner {
  const cards = known.get(learn) ?? { cards: new Map<string, ExportedCard>() };
  known.set(learn, cards);
  return cards;
}

/**
 * Writes the card of a file that a learner was exported to, with a run's numbers where these weights have some already.
 * @throws UserError naming the file that cannot be read or written
 */
export async function writeExportCard(learn: object, file: string, card: ExportedCard): Promise<void> {
  const { cards, results } = cardsOf(learn);
  cards.set(file, card);
  await write(file, card, results);
}

/**
 * Notes what a run has measured of a learner: in the cards of what was exported with the same weights, before and from now
 * on.
 * @throws UserError naming the file that cannot be read or written
 */
export async function addToCards(learn: object, results: CardResults): Promise<void> {
  const all = cardsOf(learn);
  all.results = results;
  for (const [file, card] of all.cards) {
    if (card.weights === results.weights) await write(file, card, results);
  }
}

async function write(file: string, card: ExportedCard, results: CardResults | undefined): Promise<void> {
  const own = results?.weights === card.weights ? { results } : {};
  const { card: place, kept } = await writeCard(file, modelCard({ ...card, ...own }));
  const left = kept.map(
    (each) => `${shownPath(each)} is not as the program has written it, and was left as it is.`,
  );
  const told =
    place === undefined
      ? `There is no new model card of ${path.basename(file)}: move one of them away to have one.`
      : `The model card is ${shownPath(place)}: ${openRows({ ...card, ...own })} of its rows are to be filled in by a person.`;
  currentDisplay().text([...left, told].join(" "));
}
