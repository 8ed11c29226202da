import path from "node:path";
import js from "@eslint/js";
import tseslint from "typescript-eslint";
import { importRooms } from "./eslint.rooms.mjs";

/**
 * The one direction of dependency: a room, a folder of src/, may import itself and the rooms listed here. The rooms
 * stand from the ground up, so that each lists only what is above it. Nothing imports src/cli.ts and src/index.ts, and
 * only src/cli.ts imports src/commands/, which may import all rooms. eslint.rooms.mjs has the rule, docs/architecture.md
 * says what lives where, and test/architecture.test.ts reads this table too.
 */
export const mayImport = {
  core: [],
  statistics: ["core"],
  display: ["core"],
  engine: ["core"],
  data: ["core"],
  models: ["core", "engine"],
  training: ["core", "statistics", "engine", "data", "models"],
  interpretation: ["core", "statistics", "engine", "data", "models", "training"],
  audit: ["core", "statistics", "display", "engine", "data", "models", "training", "interpretation"],
  xrays: ["core", "statistics", "display", "data", "interpretation"],
  runs: ["core", "statistics", "engine", "data", "models", "training", "interpretation", "xrays"],
  parity: ["core", "statistics", "engine", "data", "models", "training"],
  serve: ["core", "statistics", "display", "engine", "data", "models", "training", "interpretation"],
  report: ["core", "statistics", "display", "xrays", "runs"],
};

const src = path.join(import.meta.dirname, "src");
const own = { rules: { "import-rooms": importRooms(src, mayImport, "xray-notebook") } };

const seeded = {
  object: "Math",
  property: "random",
  message: "Take a seeded Random (src/core/Random.ts).",
};
const environment = {
  object: "process",
  property: "env",
  message: "src/core/environment.ts reads the environment.",
};

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", ".venv/", ".snakemake/", ".cache/", "runs/", "data/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["src/**/*.ts"],
    plugins: { own },
    rules: {
      "own/import-rooms": "error",
      "no-restricted-properties": ["error", seeded, environment],
    },
  },
  { files: ["src/core/environment.ts"], rules: { "no-restricted-properties": ["error", seeded] } },
  {
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", name: ["describe", "it", "test"], package: "node:test" },
          ],
        },
      ],
    },
  },
  {
    // The report page's own script.
    files: ["jupyter/nbconvert/**/*.js"],
    languageOptions: {
      sourceType: "script",
      globals: {
        addEventListener: "readonly",
        document: "readonly",
        navigator: "readonly",
        setTimeout: "readonly",
        window: "readonly",
      },
    },
  },
  {
    files: ["**/*.{mjs,cjs}"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        require: "readonly",
        module: "readonly",
        __dirname: "readonly",
        Buffer: "readonly",
        URL: "readonly",
        setTimeout: "readonly",
      },
    },
  },
);
