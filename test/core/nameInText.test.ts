import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { classCountsInWords } from "../../src/core/classCounts.js";
import { namesInText } from "../../src/core/nameInText.js";
import { namesInWords } from "../../src/core/namesInWords.js";
import { reportTitle } from "../../src/report/reportTitle.js";

describe("names in a sentence", () => {
  it("stand in quotation marks where they would be taken for numbers, or for several names", () => {
    assert.equal(namesInText(["cat", "Covid-19", "3rd molar"]), "cat, Covid-19, 3rd molar");
    assert.equal(namesInText(["0", "-1.5", "1e3", "10 - 20", "5%"]), '"0", "-1.5", "1e3", "10 - 20", "5%"');
    assert.equal(namesInText(["left, upper", " cat"]), '"left, upper", " cat"');
  });

  it("are told apart from the numbers beside them", () => {
    assert.equal(classCountsInWords(["3", "7", "other"], [12, 3, 1]), '12 "3", 3 "7", 1 other');
    assert.equal(namesInWords(["7", "3", "7"]), '"3", "7"');
    assert.equal(
      reportTitle("other", { classes: ["0", "1"], name: "scans" }),
      '"0", "1": the images in the folder scans',
    );
  });
});
