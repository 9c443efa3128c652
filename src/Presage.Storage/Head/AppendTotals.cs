namespace Presage.Storage;

/// <summary>What became of all samples since the store was opened. Written by one, read by any.</summary>
sealed class AppendTotals
{
    long _accepted;
    long _late;
    long _duplicate;
    long _outOfOrder;
    long _tooOld;
    long _tooFarInFuture;
    long _conflicting;
    long _overSeriesLimit;
    long _labelsTooLong;

    public long Accepted => Volatile.Read(ref _accepted);

    public long Late => Volatile.Read(ref _late);

    public long Duplicate => Volatile.Read(ref _duplicate);

    public long OutOfOrder => Volatile.Read(ref _outOfOrder);

    public long TooOld => Volatile.Read(ref _tooOld);

    public long TooFarInFuture => Volatile.Read(ref _tooFarInFuture);

    public long Conflicting => Volatile.Read(ref _conflicting);

    public long OverSeriesLimit => Volatile.Read(ref _overSeriesLimit);

    public long LabelsTooLong => Volatile.Read(ref _labelsTooLong);

    /// <summary>Refused samples by reason.</summary>
    public IReadOnlyDictionary<string, long> Refused => new Dictionary<string, long>
    {
        ["outOfOrder"] = OutOfOrder,
        ["tooOld"] = TooOld,
        ["tooFarInFuture"] = TooFarInFuture,
        ["overSeriesLimit"] = OverSeriesLimit,
        ["labelsTooLong"] = LabelsTooLong,
    };

    public void Add(PendingAppend pending)
    {
        Volatile.Write(ref _accepted, _accepted + pending.Accepted);
        Volatile.Write(ref _late, _late + pending.Late);
        Volatile.Write(ref _duplicate, _duplicate + pending.Duplicate);
        Volatile.Write(ref _outOfOrder, _outOfOrder + pending.OutOfOrder);
        Volatile.Write(ref _tooOld, _tooOld + pending.TooOld);
        Volatile.Write(ref _tooFarInFuture, _tooFarInFuture + pending.TooFarInFuture);
        Volatile.Write(ref _conflicting, _conflicting + pending.Conflicting);
        Volatile.Write(ref _overSeriesLimit, _overSeriesLimit + pending.OverSeriesLimit);
        Volatile.Write(ref _labelsTooLong, _labelsTooLong + pending.LabelsTooLong);
    }
}
