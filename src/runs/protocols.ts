import { UserError } from "../core/errors.js";

/** How a run judges its net, each way in a notebook of its own. */
export const protocols = {
  /** As the article: the test images serve as validation set. */
  replica: "pneumonia.ipynb",
  /** Everything is chosen on patients held out of training; the test images are opened once, after that. */
  "held-out": "held-out.ipynb",
} as const satisfies Readonly<Record<string, string>>;

export type Protocol = keyof typeof protocols;

/** What a run follows unless it is told otherwise. */
export const defaultProtocol = "replica" satisfies Protocol;

export const protocolNames = Object.keys(protocols) as [Protocol, ...Protocol[]];

/**
 * The protocol of a name.
 * @throws UserError when there is no such protocol
 */
export function checkedProtocol(name: string): Protocol {
  const found = protocolNames.find((known) => known === name);
  if (found !== undefined) return found;
  throw new UserError(
    `There is no protocol ${JSON.stringify(name)}.`,
    `Choose one of: ${protocolNames.join(", ")}.`,
  );
}
