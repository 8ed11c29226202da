import type { EvaluatedBatch } from "./evaluate.js";
import { NetSession } from "./NetSession.js";
import type { Net } from "./recordNet.js";
import type { TrainBatch } from "../DataBunch.js";
import { SerialQueue } from "../../core/SerialQueue.js";

/**
 * Runs a net in evaluation mode as a graph in a thread of its own, which is recorded for the first batch and anew
 * when the images' size changes. Batches that are asked for at the same time follow each other.
 */
export class Evaluator {
  private session: NetSession | undefined;
  private readonly queue = new SerialQueue();

  constructor(private readonly net: Net) {}

  evaluate(batch: TrainBatch): Promise<EvaluatedBatch> {
    return this.queue.run(async () => {
      if (this.session?.matchesShape(batch) === false) await this.closeSession();
      this.session ??= await NetSession.start(this.net, batch);
      return this.session.evaluate(batch);
    });
  }

  /** Frees the weights as evaluation needs them; the graph stays. */
  end(): Promise<void> {
    return this.queue.run(async () => this.session?.endEvaluation());
  }

  /** Frees the graph; the next batch makes another. */
  close(): Promise<void> {
    return this.queue.run(() => this.closeSession());
  }

  private async closeSession(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    await session?.close();
  }
}
