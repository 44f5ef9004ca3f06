/** What the curves of this chapter know of an epoch, whoever trained it. Shares in [0, 1]. */
export interface Epoch {
  readonly epoch: number;
  readonly loss?: number | undefined;
  readonly top1?: number | undefined;
  readonly val_loss?: number | undefined;
  readonly val_top1?: number | undefined;
}
