/** What the measures are called in tables, with the field's other names for them: one list for all of them. */
export const measureNames = {
  auroc: "area under the ROC curve (AUROC)",
  averagePrecision: "average precision",
  errorRate: "error rate",
  accuracy: "accuracy",
  balancedAccuracy: "balanced accuracy",
  recall: "recall (sensitivity)",
  specificity: "specificity",
  precision: "precision (positive predictive value, PPV)",
  negativePredictiveValue: "negative predictive value (NPV)",
  f1: "F1 score",
  f2: "F2 score",
  matthews: "Matthews correlation coefficient",
  kappa: "Cohen's kappa",
} as const;
