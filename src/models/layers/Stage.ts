import { release, retain } from "../../engine/references.js";
import { identityAfter } from "../../engine/operations/op.js";
import type { Tensor } from "../../engine/Tensor.js";
import { type Module, type Pass, releaseAll, Saved } from "./Module.js";
import { Sequential } from "./Sequential.js";

/**
 * A part of a net that can trade time for memory (gradient checkpointing: Chen et al., "Training Deep Nets with
 * Sublinear Memory Cost", 2016): of a training pass with `checkpointing` it keeps its input alone, and computes the
 * rest again when the gradient arrives. Not for layers that draw random numbers: they would draw others then.
 */
export class Stage extends Sequential {
  private readonly input: Saved<{ x: Tensor }>;
  private pass: Pass | undefined;

  constructor(name: string, layers: readonly Module[]) {
    super(layers);
    this.input = new Saved(name);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const checkpointing = pass.training && pass.checkpointing === true;
    this.pass = checkpointing ? pass : undefined;
    if (!checkpointing) return super.forward(x, pass);
    this.input.put({ x: retain(x) });
    return super.forward(x, { ...pass, skipSaving: true });
  }

  override backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    if (this.pass) this.computeAgain(this.pass, dy);
    return super.backward(dy, needsInputGrad);
  }

  private computeAgain(pass: Pass, dy: Tensor): void {
    const saved = this.input.take();
    // A graph runs whatever it can as soon as it can: without the wait for dy it would compute this at once too.
    const x = identityAfter(saved.x, dy);
    releaseAll(saved);
    release(super.forward(x, { ...pass, isRecompute: true }));
    release(x);
  }
}
