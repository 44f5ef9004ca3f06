// Reads what a run has logged, while it trains or afterwards.
import { epochMetrics, readMetrics } from 'kinora';

for (const { epoch, loss, val_loss, val_top1 } of epochMetrics('runs/gestures')) {
  console.log(
    `epoch ${epoch}: loss ${loss?.toFixed(3)}, validation ${val_loss?.toFixed(3)}, top-1 ${val_top1}`,
  );
}
for (const { step, loss, lr } of readMetrics('runs/gestures').slice(0, 3)) {
  console.log(`step ${step}: loss ${loss}, learning rate ${lr}`);
}
