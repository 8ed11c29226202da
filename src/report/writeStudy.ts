import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { isInstalled } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { makeFolder } from "../core/makeFolder.js";
import { writeFiles } from "../core/writeFiles.js";
import { inText } from "../core/markdown.js";
import { studyNotebook, studyTemplate } from "../runs/study/studyNotebook.js";

/** The notebook of a new study. */
const notebookName = path.basename(studyTemplate);

/** What a study makes, and images, which are often not to be passed on. */
const ignored = ["/images/", "/runs/", "/.cache/", "/.venv/", ".ipynb_checkpoints/", "*.safetensors"];

/**
 * Begins a study of images of one's own: a folder with a notebook, a README and what git is to leave alone.
 * @param folder a new one, or one that is empty but for images
 * @returns the notebook's path, absolute
 * @throws UserError when it holds a study already, lies among installed packages, or cannot be written
 */
export async function writeStudy(folder: string): Promise<string> {
  const place = path.resolve(folder);
  if (place.split(path.sep).includes("node_modules")) {
    throw new UserError(
      `${place} lies in a folder of installed packages: the next installation would delete the study.`,
      "Say another place: npx xray new FOLDER.",
    );
  }
  const name = path.basename(place);
  const files = {
    [notebookName]: await studyNotebook(name),
    "README.md": readme(name),
    ".gitignore": `${ignored.join("\n")}\n`,
  };
  const there = existsSync(place) ? readdirSync(place).filter((file) => file in files) : [];
  if (there.length > 0) {
    throw new UserError(`${folder} holds ${there.join(", ")} already.`, "Give the new study another name.");
  }
  await makeFolder(place, "Say where the study is to go: npx xray new FOLDER.");
  await writeFiles(
    Object.entries(files).map(([file, content]) => ({
      file: path.join(place, file),
      pieces: [Buffer.from(content)],
    })),
  );
  return path.join(place, notebookName);
}

const readme = (name: string): string => `# ${inText(name)}

Images go into \`images/\`, a folder for each class:

\`\`\`text
images/cats/0001.jpeg
images/dogs/0001.jpeg
\`\`\`

${isInstalled ? "In the project's folder" : "In the folder of xray-notebook"}:

\`\`\`sh
npx xray setup                                    # once: the engine, the pretrained weights, Jupyter
npx xray lab path/to/${notebookName}                  # step through the notebook
npx xray run --notebook path/to/${notebookName}       # or run it without a person, and get a report
npx xray predict IMAGE --model runs/NAME          # the trained network on another image
\`\`\`
`;
