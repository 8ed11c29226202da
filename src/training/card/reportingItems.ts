import type { CardFact } from "./CardFacts.js";

/** A row of a reporting guideline. */
export interface ReportingItem {
  readonly no: string;
  /** What is to be reported, in few words. */
  readonly item: string;
  /** What fills it, as far as it is known. */
  readonly facts: readonly CardFact[];
  /** What only a person can say; undefined where the facts say all of it. */
  readonly person?: string;
}

const item = (no: string, text: string, facts: readonly CardFact[], person?: string): ReportingItem => ({
  ...{ no, item: text, facts },
  ...(person !== undefined && { person }),
});

/** A guideline with its rows. */
export interface ReportingGuideline {
  readonly name: string;
  readonly source: string;
  readonly items: readonly ReportingItem[];
}

/** Collins et al.; the items in words of our own. */
export const tripodAi: ReportingGuideline = {
  name: "TRIPOD+AI",
  source: "Collins et al., TRIPOD+AI statement, BMJ 2024;385:e078378",
  items: [
    item(
      "1",
      "Title: development or evaluation, target population, outcome",
      ["purpose"],
      "the target population",
    ),
    item("2", "Abstract", [], "an abstract"),
    item("3a", "Background: context and rationale, existing models", [], "why the model was made"),
    item("3b", "Target population, intended purpose, place in the workflow, intended users", [], "all of it"),
    item("3c", "Known inequalities between groups of people", [], "all of it"),
    item("4", "Objectives: development, evaluation, or both", ["evaluation"]),
    item(
      "5a",
      "Sources of the data, and whom they stand for",
      ["data"],
      "how the images were collected, and whom they stand for",
    ),
    item("5b", "Dates of the data", [], "when the images were made"),
    item("6a", "Setting and number of centres", [], "where the images were made"),
    item("6b", "Eligibility of participants", [], "who was taken, and who was not"),
    item("6c", "Treatments", [], "treatments, where there were any"),
    item("7", "Preparation of the data, and checks of their quality", ["preprocessing", "unreadable"]),
    item(
      "8a",
      "Outcome: what is predicted, and how it was assessed",
      ["purpose"],
      "how each image's class was found",
    ),
    item("8b", "Those who assessed the outcome", [], "who labelled the images"),
    item("8c", "Blinding of the assessment", [], "what those who labelled knew"),
    item("9a", "Choice of the predictors", ["architecture"]),
    item(
      "9b",
      "Definition of the predictors, and how they were measured",
      ["preprocessing"],
      "with which devices the images were made",
    ),
    item(
      "9c",
      "Those who assessed the predictors",
      [],
      "who made or chose the images, where that takes a judgement",
    ),
    item("10", "Sample size, and why it suffices", ["images", "patients"], "why there are as many"),
    item("11", "Missing data", ["unreadable"], "images that were left out before"),
    item("12a", "How the data were used and partitioned", ["split", "disjoint", "testApart"]),
    item("12b", "Handling of the predictors", ["preprocessing", "augmentation"]),
    item(
      "12c",
      "Type of model, building steps, hyperparameters, internal validation",
      ["architecture", "initialWeights", "training", "selection"],
      "how the settings were found",
    ),
    item("12d", "Heterogeneity between clusters, such as centres", [], "what differs between centres"),
    item("12e", "Measures of performance", ["measures"]),
    item("12f", "Updating of the model, such as recalibration", ["calibration"]),
    item("12g", "How predictions are computed", ["use"]),
    item("13", "Class imbalance", ["imbalance"], "why it was handled so"),
    item("14", "Fairness", [], "what was done for it"),
    item("15", "Output of the model, and how thresholds were chosen", ["decision", "uncertainty"]),
    item(
      "16",
      "Differences between development and evaluation data",
      ["evaluation"],
      "in what the two differ",
    ),
    item("17", "Ethical approval", [], "the approval, or why none is needed"),
    item("18a", "Funding", [], "all of it"),
    item("18b", "Conflicts of interest", [], "all of it"),
    item("18c", "Protocol", [], "where it can be read, or that there is none"),
    item("18d", "Registration", [], "where it is registered, or that it is not"),
    item("18e", "Availability of the data", ["data"], "who may have the images, and how"),
    item("18f", "Availability of the code", ["software"], "where the code of the study can be had"),
    item("19", "Involvement of patients and the public", [], "all of it"),
    item("20a", "Flow of participants", ["images", "patients"], "those who were not taken"),
    item("20b", "Characteristics of the participants", [], "age, sex and what else matters, in each set"),
    item("20c", "Evaluation data beside development data", ["images"], "the same of other characteristics"),
    item("21", "Participants and outcomes in each analysis", ["images", "patients"]),
    item("22", "The full model, and who may use it", ["use", "architecture"], "the licence"),
    item("23a", "Performance with intervals, and in subgroups", ["performance"], "subgroups"),
    item("23b", "Heterogeneity in performance between clusters", [], "performance in each centre"),
    item("24", "Results of updating the model", ["calibration"]),
    item("25", "Interpretation", [], "what the results mean"),
    item("26", "Limitations", ["limits"], "the study's own"),
    item("27a", "Handling of poor input", ["badInput"]),
    item("27b", "What is asked of users", [], "who is to use it, with which knowledge"),
    item("27c", "Next steps", [], "all of it"),
  ],
};

/** Tejani et al.; the items in words of our own. */
export const claim: ReportingGuideline = {
  name: "CLAIM 2024",
  source: "Tejani et al., CLAIM: 2024 update, Radiology: Artificial Intelligence 2024;6(4):e240300",
  items: [
    item("1", "The study as one of AI, with the category of technology", ["purpose", "architecture"]),
    item("2", "Abstract", [], "an abstract"),
    item("3", "Background, intended use and role", [], "all of it"),
    item("4", "Aims and hypotheses", [], "all of it"),
    item("5", "Prospective or retrospective", [], "which of the two"),
    item("6", "Goal of the study", ["evaluation"], "what it is to show"),
    item("7", "Sources of the data", ["data"], "how the images were collected"),
    item("8", "Inclusion and exclusion criteria", [], "who was taken, and who was not"),
    item("9", "Preprocessing", ["preprocessing", "augmentation"]),
    item("10", "Selection of subsets", ["subsets"]),
    item("11", "De-identification", [], "how names were taken out of the images"),
    item("12", "Missing data", ["unreadable"], "images that were left out before"),
    item("13", "Image acquisition", [], "devices and settings"),
    item("14", "Definition of the reference standard", [], "how each image's class was found"),
    item("15", "Why this reference standard", [], "all of it"),
    item("16", "Source of the annotations", [], "who labelled the images"),
    item("17", "Annotation of the test set", [], "who labelled the test images"),
    item("18", "Variability between and within annotators", [], "how far they agree"),
    item("19", "Assignment to partitions", ["split"]),
    item("20", "Level at which partitions are disjoint", ["disjoint", "testApart"]),
    item("21", "Intended sample size", ["images"], "why there are as many"),
    item("22", "The model in detail", ["architecture", "decision", "uncertainty"]),
    item("23", "Software and its versions", ["software"]),
    item("24", "Initial parameters", ["initialWeights"]),
    item("25", "Training", ["training", "augmentation", "imbalance", "seed"]),
    item("26", "Selection of the final model", ["selection"]),
    item("27", "Ensembles", ["ensemble"]),
    item("28", "Measures of performance", ["measures"]),
    item("29", "Significance and uncertainty", ["measures"]),
    item("30", "Robustness and sensitivity", [], "what was tried"),
    item("31", "Explainability", ["explanation"], "what was looked at, and how it was judged"),
    item("32", "Evaluation on internal data", ["evaluation"]),
    item("33", "Testing on external data", [], "images of elsewhere that it was tested on"),
    item("34", "Registration of a clinical trial", [], "the registration, where there is one"),
    item(
      "35",
      "Patients or examinations, included and excluded",
      ["images", "patients"],
      "those that were excluded",
    ),
    item(
      "36",
      "Demographic and clinical characteristics in each partition",
      [],
      "age, sex and what else matters, in each set",
    ),
    item("37", "Performance with uncertainty", ["performance"]),
    item("38", "Diagnostic performance and its precision", ["performance"], "that of readers beside it"),
    item("39", "Analysis of failures", ["errors"], "what the wrong ones have in common"),
    item("40", "Limitations", ["limits"], "the study's own"),
    item("41", "Implications for practice", [], "all of it"),
    item("42", "Protocol or further technical details", [], "where they can be read"),
    item("43", "Availability of software, model and data", ["software", "use"], "where they can be had"),
    item("44", "Funding and the role of the funders", [], "all of it"),
  ],
};
