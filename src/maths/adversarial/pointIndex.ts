/** Points of the plane in rows of buckets: those near a triangle are found, row by row, without a look at the others. */

export class PointIndex {
  private readonly left: number;
  private readonly bottom: number;
  private readonly width: number;
  private readonly height: number;
  private readonly side: number;
  /** [side * side + 1] where each bucket begins in `order`. */
  private readonly starts: Int32Array;
  /** Points by bucket. */
  readonly order: Int32Array;
  /** Where in `order` the row's points near the triangle begin and end. */
  start = 0;
  end = 0;
  private readonly corners = new Float64Array(6);
  private row = 0;
  private last = -1;
  private isOneRow = true;
  private from = 0;
  private to = 0;

  constructor(points: ArrayLike<number>) {
    const count = points.length / 2;
    const low = [Infinity, Infinity];
    const high = [-Infinity, -Infinity];
    for (let i = 0; i < points.length; i++) {
      low[i % 2] = Math.min(low[i % 2]!, points[i]!);
      high[i % 2] = Math.max(high[i % 2]!, points[i]!);
    }
    this.side = Math.max(1, Math.min(256, Math.ceil(2 * Math.sqrt(count))));
    [this.left, this.bottom] = low as [number, number];
    this.width = (high[0]! - low[0]!) / this.side || 1;
    this.height = (high[1]! - low[1]!) / this.side || 1;
    this.starts = new Int32Array(this.side ** 2 + 1);
    this.order = new Int32Array(count);
    const buckets = Int32Array.from({ length: count }, (_, i) => {
      const column = this.bucket(points[2 * i]!, this.left, this.width);
      return this.bucket(points[2 * i + 1]!, this.bottom, this.height) * this.side + column;
    });
    for (const bucket of buckets) this.starts[bucket + 1]!++;
    for (let i = 0; i < this.side ** 2; i++) this.starts[i + 1]! += this.starts[i]!;
    const next = this.starts.slice();
    buckets.forEach((bucket, i) => (this.order[next[bucket]!++] = i));
  }

  /** From here on `nextRow` is about the triangle a, b, c. */
  begin(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): void {
    const { side, left, bottom, width, height, corners } = this;
    [corners[0], corners[1], corners[2], corners[3], corners[4], corners[5]] = [ax, ay, bx, by, cx, cy];
    const [low, high] = [Math.min(ay, by, cy), Math.max(ay, by, cy)];
    this.from = Math.min(ax, bx, cx);
    this.to = Math.max(ax, bx, cx);
    const isAside = high < bottom || low > bottom + side * height || this.to < left || this.from > left + side * width;
    this.row = isAside ? 0 : this.bucket(low, bottom, height) - 1;
    this.last = isAside ? -1 : this.bucket(high, bottom, height);
    this.isOneRow = this.row + 1 === this.last;
  }

  /** Whether there is another row: between `start` and `end` are all its points in the triangle, and some around it. */
  nextRow(): boolean {
    if (++this.row > this.last) return false;
    if (!this.isOneRow) this.clip();
    const first = this.row * this.side;
    this.start = this.starts[first + this.bucket(this.from, this.left, this.width)]!;
    this.end = this.from > this.to ? this.start : this.starts[first + this.bucket(this.to, this.left, this.width) + 1]!;
    return true;
  }

  /** How far the triangle reaches along x within the row, and a hair's breadth around it, for what rounding puts into the row beside. */
  private clip(): void {
    const { corners, bottom, height, row } = this;
    const [floor, ceiling] = [bottom + (row - 1e-9) * height, bottom + (row + 1 + 1e-9) * height];
    [this.from, this.to] = [Infinity, -Infinity];
    for (let i = 0; i < 6; i += 2) {
      const next = (i + 2) % 6;
      const [px, py, qx, qy] = [corners[i]!, corners[i + 1]!, corners[next]!, corners[next + 1]!];
      const [low, high] = [Math.max(floor, Math.min(py, qy)), Math.min(ceiling, Math.max(py, qy))];
      if (low > high) continue;
      const along = (y: number, end: number): number => (py === qy ? end : px + ((y - py) / (qy - py)) * (qx - px));
      const [one, other] = [along(low, px), along(high, qx)];
      this.from = Math.min(this.from, one, other);
      this.to = Math.max(this.to, one, other);
    }
  }

  private bucket(value: number, from: number, size: number): number {
    return Math.min(this.side - 1, Math.max(0, Math.floor((value - from) / size)));
  }
}
