import { z } from "zod";

/** What a weight file's metadata say of the net's geometry, in texts; none of it must be there. */
export const geometry = z.object({
  strideIn: z.enum(["conv1", "conv2"]).optional(),
  epsilon: z.string().transform(Number).pipe(z.number().positive().max(1)).optional(),
});
