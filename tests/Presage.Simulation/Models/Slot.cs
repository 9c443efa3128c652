using Presage.Metrics;

namespace Presage.Simulation;

/// <summary>
/// All that was offered for one timestamp of one series. Which value stands does not depend on the order: a number
/// beats every NaN, of two numbers the greater wins.
/// </summary>
sealed class Slot
{
    readonly List<Write> _writes = [];

    /// <summary>Retention may have taken it.</summary>
    public bool IsFading { get; set; }

    /// <summary>Something must be there.</summary>
    public bool IsCertain => !IsFading && _writes.Exists(static w => w.State == WriteState.Acknowledged);

    /// <summary>Something may be there.</summary>
    public IReadOnlyList<Write> Writes => _writes;

    /// <summary>The value that stands, where that is known for sure.</summary>
    public long? Winner
    {
        get
        {
            var best = _writes.Find(w => w.State == WriteState.Acknowledged && Allows(w.Bits));
            return best is null || IsFading ||
                _writes.Exists(w => w.State == WriteState.Unsure && Beats(w.Bits, best.Bits)) ? null : best.Bits;
        }
    }

    public void Add(Write write) => _writes.Add(write);

    /// <summary>
    /// Whether the store may show this value: one that was written, that nothing certain beats (which retention may
    /// have taken).
    /// </summary>
    public bool Allows(long bits, bool takesLatent = false, bool takesLosses = false) =>
        _writes.Exists(w => w.Bits == bits && (IsFading || takesLatent || takesLosses || MayStand(w))) &&
        (IsFading || takesLosses || !_writes.Exists(w => w.State == WriteState.Acknowledged && Beats(w.Bits, bits)));

    /// <summary>
    /// The store was asked: it shows this value, or (null) none. After a restart that is final; before, what a broken
    /// disk holds up may still come.
    /// </summary>
    public void Pin(long? bits, bool isFinal)
    {
        if (IsFading)
        {
            // What retention deleted may come back, in part, while the deletion is not on the disk itself.
            return;
        }

        var shown = _writes.FindAll(w => w.Bits == bits && MayStand(w));
        bool durable = shown.Exists(static w => w.IsDurable);
        // What was never acknowledged was perhaps never synced.
        bool tainted = shown.TrueForAll(static w => w.IsTainted || w.State != WriteState.Acknowledged);
        _writes.RemoveAll(shown.Contains);
        foreach (var write in _writes)
        {
            // What would have beaten it is not there; what it beats may be, and stands where power loss takes it.
            write.State = isFinal && write.State == WriteState.Unsure && (bits is null || Beats(write.Bits, bits.Value))
                ? WriteState.Beaten : write.State;
        }

        if (bits is { } stays)
        {
            _writes.Add(new Write(stays, WriteState.Acknowledged) { IsDurable = durable, IsTainted = tainted });
        }
    }

    /// <summary>Deleted: only what was refused may still come.</summary>
    public bool Delete()
    {
        _writes.RemoveAll(static w => w.State != WriteState.Latent);
        return _writes.Count == 0;
    }

    /// <summary>A restart: what was refused may come back.</summary>
    public void Restart()
    {
        foreach (var write in _writes)
        {
            write.State = write.State == WriteState.Latent ? WriteState.Unsure : write.State;
        }
    }

    /// <summary>Power loss: what was not on the disk may be gone.</summary>
    public void LosePower()
    {
        foreach (var write in _writes)
        {
            write.State = write.State == WriteState.Acknowledged && !write.IsDurable ? WriteState.Unsure : write.State;
        }
    }

    public override string ToString() => string.Join(
        ", ", _writes.Select(static w =>
            $"{BitConverter.Int64BitsToDouble(w.Bits):R} {w.State}{(w.IsDurable ? " durable" : "")}"));

    static bool MayStand(Write write) => write.State is WriteState.Acknowledged or WriteState.Unsure;

    /// <summary>The rule of docs/storage.md, written down again.</summary>
    static bool Beats(long bits, long other)
    {
        double value = BitConverter.Int64BitsToDouble(bits), otherValue = BitConverter.Int64BitsToDouble(other);
        var rank = RankOf(value);
        var otherRank = RankOf(otherValue);
        if (rank != otherRank)
        {
            return rank > otherRank;
        }

        return rank == 2 && value != otherValue ? value > otherValue
            : rank == 2 ? bits >= 0 && other < 0 : (ulong)bits > (ulong)other;
    }

    /// <summary>Staleness markers, other NaNs, numbers.</summary>
    static int RankOf(double value) => SampleValue.IsStale(value) ? 0 : double.IsNaN(value) ? 1 : 2;
}
