#!/usr/bin/env node
// Makes the pictures in docs/screenshots: npm run screenshots
// Drawn images in place of X-rays, which are not this project's own: a small run, its report, and the page of
// `xray serve`, each as wide as a desktop and as a phone, light and dark.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bootstrap } from "./bootstrap.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
await bootstrap();
const of = (file) => import(`../dist/${file}.js`);
const [{ main }, { Chromium }, { drawPhantomSet }, { predictionServer }, { loadLearner }] = await Promise.all(
  [
    "src/cli",
    "test/support/Chromium",
    "src/xrays/drawPhantomSet",
    "src/serve/predictionServer",
    "src/training/inference/loadLearner",
  ].map(of),
);
const { aboutNet } = await of("src/commands/serve");

const folder = await mkdtemp(path.join(tmpdir(), "xray-screenshots-"));
const name = `screenshots-${process.pid}`;
const out = path.join(root, "docs", "screenshots");
const views = {
  desktop: { width: 1100, height: 1500, theme: "light" },
  phone: { width: 390, height: 1200, theme: "dark" },
};
const chromium = await Chromium.start();
try {
  const drawn = await drawPhantomSet({
    folder: path.join(folder, "drawn"),
    trainPerClass: 60,
    testPerClass: 20,
    side: 224,
  });
  const flags = ["--size", "64", "--bs", "8", "--epochs", "1,1", "--data-dir", drawn, "--name", name];
  await main(["node", "xray", "run", ...flags]);
  if (process.exitCode) process.exit();
  const run = path.join(root, "runs", name);
  await mkdir(out, { recursive: true });

  const exported = path.join(run, "models", "export.safetensors");
  const learn = await loadLearner(exported);
  const about = await aboutNet(exported, learn);
  const server = predictionServer(learn, about, { host: "127.0.0.1" }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const image = path.join(drawn, "test", "PNEUMONIA", "phantom-0001.jpeg");
  for (const [kind, view] of Object.entries(views)) {
    await chromium.open(pathToFileURL(path.join(run, "report.html")).href, view);
    await save(`report-${kind}`);
    await chromium.evaluate("document.querySelector('.js-plotly-plot').scrollIntoView()");
    await save(`report-${kind}-figures`);
    await chromium.open(`http://127.0.0.1:${server.address().port}/`, view);
    await chromium.chooseFiles("#file", [image]);
    await chromium.evaluate(
      "new Promise((done) => { const look = () => (document.getElementById('heatmap').naturalWidth > 0 ? done() : setTimeout(look, 50)); look(); })",
    );
    await save(`serve-${kind}`);
  }
  server.close();
  server.closeAllConnections();
  learn.dispose();
  await rm(run, { recursive: true, force: true });
} finally {
  await chromium.close();
  await rm(folder, { recursive: true, force: true });
}

async function save(picture) {
  const file = path.join(out, `${picture}.png`);
  const { default: sharp } = await import("sharp");
  await writeFile(
    file,
    await sharp(await chromium.screenshot())
      .png({ palette: true, colours: 128 })
      .toBuffer(),
  );
  console.log(path.relative(root, file));
}
