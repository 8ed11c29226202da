import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UserError } from "../../src/core/errors.js";
import { measuredOf, positiveClass } from "../../src/statistics/positiveClass.js";

describe("the positive class", () => {
  it("is the one of two that is not a word for normal, in whichever order they are", () => {
    for (const [normal, positive] of [
      ["NORMAL", "PNEUMONIA"],
      ["normal", "PNEUMONIA"],
      ["Normal", "abnormal"],
      ["healthy", "unhealthy"],
      ["Healthy", "Alzheimer"],
      ["negative", "positive"],
      ["neg", "pos"],
      ["control", "ALS"],
      ["Benign", "Malignant"],
      ["benign tumor", "malignant tumor"],
      ["none", "fracture"],
      ["none found", "fracture"],
      ["Not_Detected", "fracture"],
      ["No Finding", "Effusion"],
      ["no_finding", "Nodule"],
      ["NoFinding", "Mass"],
      ["no-findings", "findings"],
      ["clear", "cloudy"],
      ["0", "1"],
      ["grade_0", "grade_2"],
      ["00", "01"],
      ["0.0", "1.0"],
      ["-", "+"],
      ["HER2-", "HER2+"],
      ["F", "T"],
      ["false", "true"],
      ["no", "yes"],
      ["absent", "present"],
      ["Uninfected", "Parasitized"],
      ["no_pneumonia", "pneumonia"],
      ["NotPneumonia", "Pneumonia"],
      ["notumor", "tumor"],
      ["noncovid", "covid"],
      ["non-covid", "COVID"],
      ["noncovid", "COVID19"],
      ["non-COVID", "COVID-19"],
      ["covid negative", "covid"],
      ["non covid pneumonia", "covid pneumonia"],
      ["No DR", "DR"],
      ["without_mask", "with_mask"],
      ["without mask", "incorrect mask"],
      ["COVID-negative", "COVID-positive"],
      ["disease free", "disease"],
      ["Negative for Pneumonia", "Typical Appearance"],
      ["NORMAL", "non-small-cell"],
      ["normal", "not normal"],
      ["normal", "no healthy"],
      ["gesund", "krank"],
      ["Unauffällig", "Pneumonie"],
      ["ohne Befund", "mit Befund"],
      ["sain", "malade"],
      ["Bénin", "Malin"],
      ["sano", "enfermo"],
      ["Saudável", "doente"],
      ["здоровый", "больной"],
      ["Норма", "Пневмония"],
      ["正常", "肺炎"],
      ["정상", "폐렴"],
    ] as const) {
      const others = [positiveClass([normal, positive]), positiveClass([positive, normal])];
      assert.deepEqual(others, [
        { name: positive, label: 1 },
        { name: positive, label: 0 },
      ]);
    }
  });

  it("is the second where the names do not tell, and that is said", () => {
    for (const classes of [
      ["cat", "dog"],
      ["DARK", "LIGHT"],
      // They begin like a negation, and are none.
      ["Mass", "Nodule"],
      ["Nodule", "Mass"],
      ["noise", "signal"],
      ["normal", "healthy"],
      ["bacteria", "virus"],
      // Subtypes that begin like a word for normal or like a negation.
      ["clear cell carcinoma", "papillary carcinoma"],
      ["papillary carcinoma", "clear cell carcinoma"],
      ["clear cell", "spindle cell"],
      ["well differentiated", "poorly differentiated"],
      ["non-small cell", "small cell"],
      ["Hodgkin", "non-Hodgkin"],
      ["non-small cell", "adenocarcinoma"],
      ["normal pressure hydrocephalus", "alzheimer"],
      ["normal-cat", "dog"],
      ["benign_keratosis", "melanoma"],
      ["normal lung", "not normal lung"],
      ["free fluid", "fluid"],
      ["F", "M"],
      ["0", "00"],
    ] as const) {
      const chosen = positiveClass(classes);
      assert.equal(chosen?.name, classes[1]);
      assert.equal(chosen.label, 1);
      assert.match(
        chosen.remark ?? "",
        new RegExp(`"${classes[1]}", the second, is taken as the positive class`),
      );
    }
  });

  it("is what is given, by name or index, and nothing else", () => {
    const classes = ["NORMAL", "PNEUMONIA"];
    assert.deepEqual(positiveClass(classes, "NORMAL"), { name: "NORMAL", label: 0 });
    assert.deepEqual(positiveClass(classes, 0), { name: "NORMAL", label: 0 });
    assert.deepEqual(positiveClass(["a", "b", "c"], "c"), { name: "c", label: 2 });
    assert.throws(() => positiveClass(classes, "pneumonia"), UserError);
    assert.throws(() => positiveClass(classes, "pneumonia"), /no class "pneumonia"[\s\S]*NORMAL, PNEUMONIA/);
    for (const label of [-1, 2, 0.5, NaN]) {
      assert.throws(
        () => positiveClass(classes, label),
        new RegExp(`positiveClass is ${label}; there are 2 classes`),
      );
    }
    const none = null as unknown as undefined;
    assert.throws(
      () => positiveClass(classes, none),
      /^UserError: positiveClass is null; there are 2 classes/,
    );
    assert.throws(() => positiveClass(classes, 2, "posLabel"), /posLabel is 2; there are 2 classes/);
  });

  it("is none of more than two, of which measures are means", () => {
    const classes = ["COVID", "NORMAL", "PNEUMONIA"];
    assert.equal(positiveClass(classes), undefined);
    assert.equal(measuredOf(classes, undefined), "the mean of 3 classes");
    assert.equal(measuredOf(classes, "COVID"), "COVID");
    assert.deepEqual(positiveClass(["NORMAL"]), { name: "NORMAL", label: 0 });
  });
});
