/** Which epochs of how many a fit goes through. */
export interface EpochSpan {
  /** All of them, those of earlier fits and of later ones too. */
  readonly epochs: number;
  /** The first one, from 0. @default 0 */
  readonly from?: number;
  /** Behind the last one. @default epochs */
  readonly to?: number;
  /** The training batches after which a search ends, within an epoch; it does not validate. */
  readonly numIt?: number;
}
