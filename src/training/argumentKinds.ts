import { having } from "../core/checkArguments.js";

/** Data that a learner trains on. */
export const aDataBunch = having(
  "data, such as ImageDataBunch.fromFolder() gives",
  ...["trainDl", "validDl", "classes"],
);

/** What predicts and says of which data, as far as an interpretation asks. */
export const aLearner = having("a learner", "data", "getPreds");

/** A learner that trains, or one that `loadLearner` made. */
export const aNet = having("a learner", "model", "predict");
