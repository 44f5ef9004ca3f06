;; The bilinear warp, four channels at a time: what a matrix shows of several frames, colours changed. Where a pixel comes
;; from and the weights of its four neighbours are found once for all frames. Weights have 11 bits a side, sums are rounded
;; once, and integers cannot overflow. warp.ts lays out the memory.
(module
  (memory (export "memory") 1)

  (func (export "warp")
    (local $gain v128) (local $offset v128) (local $black v128)
    (local $stepX i32) (local $stepY i32)
    (local $source i32) (local $frames i32) (local $width i32) (local $height i32)
    (local $target i32) (local $outWidth i32) (local $outHeight i32)
    (local $rowBytes i32) (local $sourceBytes i32) (local $targetBytes i32)
    (local $lastColumn i32) (local $lastRow i32)
    (local $x i32) (local $y i32) (local $row i32) (local $column i32) (local $sx i32) (local $sy i32)
    (local $read i32) (local $right i32) (local $below i32) (local $under i32) (local $write i32) (local $left i32)
    (local $across v128) (local $down v128) (local $upper v128) (local $lower v128) (local $sum v128)

    (local.set $gain (v128.load (i32.const 0)))
    (local.set $offset (v128.load (i32.const 16)))
    (local.set $stepX (i32.load (i32.const 32)))
    (local.set $stepY (i32.load (i32.const 44)))
    (local.set $frames (i32.load (i32.const 56)))
    (local.set $source (i32.load (i32.const 60)))
    (local.set $width (i32.load (i32.const 64)))
    (local.set $height (i32.load (i32.const 68)))
    (local.set $target (i32.load (i32.const 72)))
    (local.set $outWidth (i32.load (i32.const 76)))
    (local.set $outHeight (i32.load (i32.const 80)))
    (local.set $targetBytes (i32.load (i32.const 84)))
    (local.set $rowBytes (i32.mul (local.get $width) (i32.const 3)))
    (local.set $sourceBytes (i32.mul (local.get $height) (local.get $rowBytes)))
    (local.set $lastColumn (i32.sub (local.get $width) (i32.const 1)))
    (local.set $lastRow (i32.sub (local.get $height) (i32.const 1)))
    (local.set $black (call $bytes (i32x4.shr_s (local.get $offset) (i32.const 16))))

    (loop $nextRow
      ;; 16.16 fixed point: the source's point under the first pixel's centre.
      (local.set $x
        (i32.add (i32.load (i32.const 40)) (i32.mul (local.get $row) (i32.load (i32.const 36)))))
      (local.set $y
        (i32.add (i32.load (i32.const 52)) (i32.mul (local.get $row) (i32.load (i32.const 48)))))
      (local.set $column (i32.const 0))
      (loop $nextColumn
        (local.set $write (local.get $target))
        (local.set $left (local.get $frames))
        ;; Unsigned, so that what is negative is beyond the end as well.
        (if
          (i32.or
            (i32.ge_u (local.get $x) (i32.shl (local.get $width) (i32.const 16)))
            (i32.ge_u (local.get $y) (i32.shl (local.get $height) (i32.const 16))))
          (then
            (loop $nextBlack
              (v128.store32_lane 0 (local.get $write) (local.get $black))
              (local.set $write (i32.add (local.get $write) (local.get $targetBytes)))
              (br_if $nextBlack (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
          (else
            ;; Between the centres of four neighbours: the one left and above begins before them.
            (local.set $sx (i32.sub (local.get $x) (i32.const 32768)))
            (local.set $sy (i32.sub (local.get $y) (i32.const 32768)))
            ;; Pairs of 16 bits: 2048 - wx for the left neighbour, wx for the right one.
            (local.set $across
              (i32x4.splat
                (i32.add
                  (i32.mul
                    (i32.and (i32.shr_u (local.get $sx) (i32.const 5)) (i32.const 2047))
                    (i32.const 65535))
                  (i32.const 2048))))
            (local.set $down
              (i32x4.splat (i32.and (i32.shr_u (local.get $sy) (i32.const 5)) (i32.const 2047))))
            (local.set $sx (i32.shr_s (local.get $sx) (i32.const 16)))
            (local.set $sy (i32.shr_s (local.get $sy) (i32.const 16)))
            ;; At the source's edges a neighbour stands for the one that is missing.
            (local.set $right
              (i32.mul
                (i32.and
                  (i32.ge_s (local.get $sx) (i32.const 0))
                  (i32.lt_s (local.get $sx) (local.get $lastColumn)))
                (i32.const 3)))
            (local.set $below
              (i32.mul
                (i32.and
                  (i32.ge_s (local.get $sy) (i32.const 0))
                  (i32.lt_s (local.get $sy) (local.get $lastRow)))
                (local.get $rowBytes)))
            ;; -1, the only number before the first, becomes 0.
            (local.set $read
              (i32.add (local.get $source)
                (i32.add
                  (i32.mul
                    (i32.sub (local.get $sy) (i32.shr_s (local.get $sy) (i32.const 31)))
                    (local.get $rowBytes))
                  (i32.mul
                    (i32.sub (local.get $sx) (i32.shr_s (local.get $sx) (i32.const 31)))
                    (i32.const 3)))))
            (loop $nextFrame
              ;; Across, in 19 bits a channel: left and right in pairs of one channel, times their weights.
              (local.set $upper (v128.load32_zero (local.get $read)))
              (local.set $upper
                (v128.load32_lane 1 (i32.add (local.get $read) (local.get $right)) (local.get $upper)))
              (local.set $upper
                (i32x4.dot_i16x8_s
                  (i8x16.shuffle 0 8 4 8 1 8 5 8 2 8 6 8 8 8 8 8 (local.get $upper) (local.get $upper))
                  (local.get $across)))
              (local.set $under (i32.add (local.get $read) (local.get $below)))
              (local.set $lower (v128.load32_zero (local.get $under)))
              (local.set $lower
                (v128.load32_lane 1 (i32.add (local.get $under) (local.get $right)) (local.get $lower)))
              (local.set $lower
                (i32x4.dot_i16x8_s
                  (i8x16.shuffle 0 8 4 8 1 8 5 8 2 8 6 8 8 8 8 8 (local.get $lower) (local.get $lower))
                  (local.get $across)))
              ;; Down, in 30 bits, rounded to 8; then the colours, 16.16 fixed point.
              (local.set $sum
                (i32x4.shr_u
                  (i32x4.add
                    (i32x4.add
                      (i32x4.shl (local.get $upper) (i32.const 11))
                      (v128.const i32x4 2097152 2097152 2097152 2097152))
                    (i32x4.mul (i32x4.sub (local.get $lower) (local.get $upper)) (local.get $down)))
                  (i32.const 22)))
              (local.set $sum
                (i32x4.shr_s
                  (i32x4.add (i32x4.mul (local.get $sum) (local.get $gain)) (local.get $offset))
                  (i32.const 16)))
              ;; A fourth byte goes with the three: the next pixel, or the margin after a frame, overwrites it.
              (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
              (v128.store32_lane 0 (local.get $write)
                (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
              (local.set $read (i32.add (local.get $read) (local.get $sourceBytes)))
              (local.set $write (i32.add (local.get $write) (local.get $targetBytes)))
              (br_if $nextFrame (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))
        (local.set $target (i32.add (local.get $target) (i32.const 3)))
        (local.set $x (i32.add (local.get $x) (local.get $stepX)))
        (local.set $y (i32.add (local.get $y) (local.get $stepY)))
        (br_if $nextColumn
          (i32.lt_u
            (local.tee $column (i32.add (local.get $column) (i32.const 1)))
            (local.get $outWidth))))
      (br_if $nextRow
        (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $outHeight)))))

  (func $bytes (param $values v128) (result v128)
    (local.set $values (i16x8.narrow_i32x4_s (local.get $values) (local.get $values)))
    (i8x16.narrow_i16x8_u (local.get $values) (local.get $values))))
