import { checkArguments, having } from "../../core/checkArguments.js";
import { UserError } from "../../core/errors.js";
import type { Architecture } from "./Architecture.js";
import type { Body, BodySpec } from "./Body.js";

/** All that there is to say of a family of backbones. */
export interface BackboneDefinition<Spec extends BodySpec, Name extends string> {
  /** What the family is called in the specs of exported files. */
  readonly kind: Spec["kind"];
  /** Its nets by name, each as its pretrained weights want it. */
  readonly nets: Readonly<Record<Name, Spec>>;
  /**
   * Builds a body; convolutions have zeros until weights are loaded or drawn.
   * @param prefix of its variables' names, such as "0" for "0.4.weight"
   * @param spec to be given along with the body
   */
  build(prefix: string, spec: Spec): Body;
  /** Checks a spec that was read from a file, such as a schema of zod. @default only those of `nets` are right */
  readonly schema?: SpecSchema;
  /**
   * The fields of the spec that decide what given weights compute: weight files and checkpoints may carry them as
   * texts, and a checkpoint of another value is refused. Each one is said in words, as what a net has.
   * @default none
   */
  readonly geometry?: { readonly [Field in keyof Spec]?: (value: Spec[Field]) => string };
  /**
   * A lower bound of the weights in a body, by which a broken file is refused before any memory is taken.
   * @default 0
   */
  leastValues?(spec: Spec): number;
  /**
   * What weight files, such as torchvision's, call a variable of the body.
   * @param name without the prefix
   * @default the same
   */
  torchvisionName?(name: string): string;
  /**
   * What older weight files call it in place of that.
   * @param name as `torchvisionName` gives it
   * @default the same
   */
  olderName?(name: string): string;
}

/** Checks something that was read from a file. */
export interface SpecSchema {
  /** Says whether it is right and, if not, what is wrong where. */
  safeParse(value: unknown): SpecCheck;
}

/** What a schema says of something that was read from a file. */
export interface SpecCheck {
  /** Whether it is right. */
  readonly success: boolean;
  /** What is wrong, if it is not. */
  readonly error?: SpecError;
}

/** What a schema found. */
export interface SpecError {
  /** Each thing that is wrong. */
  readonly issues: readonly SpecIssue[];
}

/** One thing that is wrong with a spec. */
export interface SpecIssue {
  /** The way to the field, such as `["blocks", 0]`. */
  readonly path: readonly PropertyKey[];
  /** What is expected there. */
  readonly message: string;
}

/** A definition whose spec's fields are not known to the compiler. */
export type Backbone = BackboneDefinition<BodySpec, string>;

const aDefinition = having("a definition", "kind", "nets", "build");

/** The families that are defined in this process, by their kind; `backbones.ts`, which has all, looks things up. */
export const definedBackbones = new Map<string, Backbone>();
let builtIn: ReadonlySet<string> = new Set();

/**
 * Defines a family of backbones. Its nets are for `cnnLearner`, which trains them from the first layer on with
 * `pretrained: false`; `modelFrom` takes their names, for weights of a file. A process that loads an exported learner
 * on such a net must have run the definition.
 * @returns the family's nets
 * @throws UserError when the package itself has a family or net of that name; one of your own is replaced
 */
export function defineBackbone<Spec extends BodySpec, Name extends string>(
  definition: BackboneDefinition<Spec, Name>,
): Readonly<Record<Name, Architecture>> {
  checkArguments("defineBackbone({ kind, nets, build, spec })", { definition: [definition, aDefinition] });
  const { kind, nets } = definition;
  const names = Object.keys(nets) as Name[];
  const taken = [kind, ...names].find((name) => builtIn.has(name));
  if (taken !== undefined) {
    throw new UserError(`There is a backbone ${JSON.stringify(taken)} already.`, "Choose another name.");
  }
  definedBackbones.set(kind, definition);
  const architecture = (name: Name): Architecture => ({
    name,
    createBody(prefix, pretrained) {
      if (!pretrained) return Promise.resolve(definition.build(prefix, nets[name]));
      const error = new UserError(
        `The program has no pretrained weights of the net ${name}.`,
        "Give `pretrained: false` to train it from the first layer on, or a file of weights to `modelFrom`.",
      );
      return Promise.reject(error);
    },
  });
  return Object.fromEntries(names.map((name) => [name, architecture(name)])) as Record<Name, Architecture>;
}

/** From now on the families that are defined already are the package's own, and are not replaced. */
export function sealBackbones(): void {
  builtIn = new Set([...definedBackbones].flatMap(([kind, { nets }]) => [kind, ...Object.keys(nets)]));
}
