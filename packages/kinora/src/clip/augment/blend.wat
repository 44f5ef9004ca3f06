;; The inner loop of the bilinear warp, four channels at a time: one stretch of an output row whose four neighbours all lie
;; in the source. The arithmetic is that of 11-bit weights on each side, rounded once, in integers that cannot overflow.
(module
  (memory (export "memory") 1)

  ;; Blends `count` pixels into RGB at `target`, from the RGB rows at `source` of `rowBytes` each. `x` and `y` are the upper
  ;; left neighbour of the first, 16.16 fixed point. Reads two bytes and writes one byte beyond the last pixel.
  (func (export "blend")
    (param $source i32) (param $rowBytes i32) (param $target i32)
    (param $x i32) (param $y i32) (param $stepX i32) (param $stepY i32) (param $count i32)
    (local $read i32) (local $wy i32) (local $end i32)
    (local $weights v128) (local $above v128) (local $below v128) (local $sum v128)
    (local.set $end (i32.add (local.get $target) (i32.mul (local.get $count) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $target) (local.get $end)))
        (local.set $read
          (i32.add (local.get $source)
            (i32.add
              (i32.mul (i32.shr_s (local.get $y) (i32.const 16)) (local.get $rowBytes))
              (i32.mul (i32.shr_s (local.get $x) (i32.const 16)) (i32.const 3)))))
        ;; Pairs of 16 bits: 2048 - wx for the left neighbour, wx for the right one.
        (local.set $weights
          (i32x4.splat
            (i32.add
              (i32.mul
                (i32.and (i32.shr_u (local.get $x) (i32.const 5)) (i32.const 2047))
                (i32.const 65535))
              (i32.const 2048))))
        (local.set $wy (i32.and (i32.shr_u (local.get $y) (i32.const 5)) (i32.const 2047)))
        ;; Across, in 19 bits a channel: `r g b r g b` to pairs of one channel, times their weights.
        (local.set $above
          (i32x4.dot_i16x8_s
            (i8x16.shuffle 0 16 3 16 1 16 4 16 2 16 5 16 16 16 16 16
              (v128.load64_zero (local.get $read))
              (v128.const i32x4 0 0 0 0))
            (local.get $weights)))
        (local.set $below
          (i32x4.dot_i16x8_s
            (i8x16.shuffle 0 16 3 16 1 16 4 16 2 16 5 16 16 16 16 16
              (v128.load64_zero (i32.add (local.get $read) (local.get $rowBytes)))
              (v128.const i32x4 0 0 0 0))
            (local.get $weights)))
        ;; Down, in 30 bits, rounded to bytes.
        (local.set $sum
          (i32x4.shr_u
            (i32x4.add
              (i32x4.add
                (i32x4.shl (local.get $above) (i32.const 11))
                (v128.const i32x4 2097152 2097152 2097152 2097152))
              (i32x4.mul
                (i32x4.sub (local.get $below) (local.get $above))
                (i32x4.splat (local.get $wy))))
            (i32.const 22)))
        (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
        (v128.store32_lane 0 (local.get $target)
          (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
        (local.set $target (i32.add (local.get $target) (i32.const 3)))
        (local.set $x (i32.add (local.get $x) (local.get $stepX)))
        (local.set $y (i32.add (local.get $y) (local.get $stepY)))
        (br $next)))))
