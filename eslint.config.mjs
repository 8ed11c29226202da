import js from "@eslint/js";
import tseslint from "typescript-eslint";

// The one direction of dependency: a folder of src/ may import itself, what is listed here, and the files in src/
// itself that import no folder (environment.ts, errors.ts, interrupt.ts and the like). src/commands/ and the other
// files in src/, the entry points, may import all.
const mayImport = {
  statistics: [],
  engine: [],
  data: ["engine"],
  models: ["engine"],
  training: ["statistics", "engine", "data", "models"],
  interpretation: ["statistics", "engine", "data", "models", "training"],
  display: [],
  report: ["statistics", "interpretation", "display"],
  serve: ["statistics", "engine", "data", "models", "training", "interpretation", "display"],
  parity: ["engine", "data", "models", "training"],
};
const folders = Object.keys(mayImport);

const direction = folders.map((folder) => {
  const forbidden = folders.filter((other) => other !== folder && !mayImport[folder].includes(other));
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              // Display.ts is the interface that everybody may call.
              regex: `^(\\.\\./)+(${forbidden.join("|")})/(?!Display\\.js$)`,
              message: `src/${folder} may import only: ${[...mayImport[folder], "display/Display.js"].join(", ")}.`,
            },
            {
              regex: "^(\\.\\./)+(cli|index|chooseParameters|saveMetrics|commands/.*)\\.js$",
              message: "Nothing imports the entry points.",
            },
          ],
        },
      ],
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "src/environment.ts reads the environment." },
        { object: "Math", property: "random", message: "Take a seeded Random (src/engine/random.ts)." },
      ],
    },
  };
});

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
  ...direction,
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
