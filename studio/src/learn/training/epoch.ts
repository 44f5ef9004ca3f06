/** One epoch as the curves of this chapter show it. Accuracies in [0, 1]. */
export interface Epoch {
  readonly epoch: number;
  readonly loss?: number | undefined;
  readonly top1?: number | undefined;
  readonly val_loss?: number | undefined;
  readonly val_top1?: number | undefined;
}
