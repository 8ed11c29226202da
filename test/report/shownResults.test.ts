import assert from "node:assert/strict";
import path from "node:path";
import { it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { kernelSession, printed } from "../support/kernelSession.js";

it("a result is a table where it is a cell's last expression, and text where it is printed", async () => {
  const [last, logged, sentence] = await kernelSession(
    path.join(projectRoot, "jupyter"),
    path.join(projectRoot, "notebooks"),
    [
      {
        code: 'import { mcNemar, positiveClass } from "../src/index.js"; mcNemar([true, false], [false, false])',
      },
      { code: "console.log(mcNemar([true, false], [false, false]).p, [mcNemar([], [])].length)" },
      { code: 'positiveClass(["a", "normal"])?.name' },
    ],
  );
  const [[kind, data] = [], ...others] = last?.outputs ?? [];
  assert.equal(kind, "display_data", JSON.stringify(last));
  assert.deepEqual(others, []);
  assert.match(
    JSON.stringify(data),
    /<caption>McNemar&#39;s exact test<\/caption>.*<td>onlyFirst<\/td><td>1<\/td>/,
  );
  assert.equal(printed(logged), "1 1\n");
  assert.equal(printed(sentence), "a\n");
});
