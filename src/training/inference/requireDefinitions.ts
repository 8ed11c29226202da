import { z } from "zod";
import { isTransformDefined } from "../../data/transforms/Transform.js";
import { UserError } from "../../core/errors.js";
import { isBackboneDefined } from "../../models/bodies/backbones.js";

/** A name as a person gives it; a longer one comes of damage, which the schemas tell of. */
const name = z.string().max(100);

const names = z.object({
  body: z.object({ kind: name }).optional().catch(undefined),
  preparation: z
    .object({ transforms: z.array(z.object({ name })) })
    .optional()
    .catch(undefined),
});

/**
 * Looks for the definitions that an exported learner needs.
 * @param learner what its file says, not checked yet
 * @throws UserError naming a backbone or transform that this process does not know
 */
export function requireDefinitions(learner: unknown, file: string): void {
  const { body, preparation } = names.safeParse(learner).data ?? {};
  const undefinedHere = (what: string, name: string, definedBy: string) =>
    new UserError(
      `${file} was exported with the ${what} ${JSON.stringify(name)}, which is not defined here.`,
      `Run its \`${definedBy}\` before \`loadLearner\`: import the file that has it, or run the cell.`,
    );
  if (body && !isBackboneDefined(body.kind)) throw undefinedHere("backbone", body.kind, "defineBackbone");
  const missing = preparation?.transforms.find((transform) => !isTransformDefined(transform.name));
  if (missing) throw undefinedHere("transform", missing.name, "defineTransform");
}
