import { currentDisplay } from "../core/Display.js";
import { defaultNumIt, LRFinder, type LRFinderOptions, requireLRFinder } from "./callbacks/LRFinder.js";
import { type LrSuggestions, lrSuggestions } from "./recorder/lrSuggestions.js";
import type { Trainer } from "./Trainer.js";

/** See `Learner.lrFind`. */
export async function lrFind(trainer: Trainer, options: LRFinderOptions): Promise<LrSuggestions | undefined> {
  requireLRFinder(options);
  const { numIt = defaultNumIt, wd } = options;
  await trainer.runner.run("lrFind()", "search", async (operation) => {
    trainer.setWd(wd);
    const epochs = Math.ceil(numIt / trainer.data.trainDl.length);
    const restore = trainer.takeSnapshot();
    try {
      await trainer.train(operation, "lrFind", { epochs, numIt }, [new LRFinder(trainer.optimizer, options)]);
    } finally {
      restore();
    }
  });
  currentDisplay().text("LR Finder is complete, type learn.recorder.plot() to see the graph.");
  const { lrs, losses } = trainer.recorder;
  const cut = [Math.floor(numIt / 10), -5] as const;
  return lrSuggestions(lrs.slice(...cut), losses.slice(...cut));
}
