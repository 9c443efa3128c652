namespace Presage.Storage;

/// <summary>
/// Keeps merging to a share of one core: after each short piece of work it rests in proportion, and so a day's merge is
/// spread over minutes instead of taking a core for as long as it lasts. It hurries while somebody waits for the files,
/// and wakes at once when the store is closed.
/// </summary>
/// <param name="time">Measures the work.</param>
/// <param name="share">How much of a core it may take, above 0; 1 for all of it.</param>
sealed class MergePace(TimeProvider time, double share)
{
    /// <summary>So much work comes between two rests: short enough to notice a hurry soon.</summary>
    static readonly TimeSpan Piece = TimeSpan.FromMilliseconds(20);

    /// <summary>A thread of low priority may have been kept from working; rests stay short all the same.</summary>
    static readonly TimeSpan RestMax = TimeSpan.FromMilliseconds(200);

    /// <summary>Never rests.</summary>
    public static MergePace Hurried => new(TimeProvider.System, 1);

    long _since;
    int _waiting;
    volatile bool _isBehind;

    /// <summary>Whether more is due than can be done at leisure.</summary>
    public bool IsBehind
    {
        get => _isBehind;
        set => _isBehind = value;
    }

    /// <summary>Whether there is no rest now.</summary>
    public bool IsHurried => share >= 1 || _isBehind || Volatile.Read(ref _waiting) > 0;

    /// <summary>Somebody waits until the work is over.</summary>
    public void BeginWait() => Interlocked.Increment(ref _waiting);

    /// <summary>Who waited has its turn.</summary>
    public void EndWait() => Interlocked.Decrement(ref _waiting);

    /// <summary>Work begins.</summary>
    public void Begin() => _since = time.GetTimestamp();

    /// <summary>Called often between small steps of work: rests when it is time to.</summary>
    public void Step(CancellationToken cancellationToken)
    {
        var rest = RestAfter(time.GetElapsedTime(_since));
        if (rest > TimeSpan.Zero)
        {
            cancellationToken.WaitHandle.WaitOne(rest);
            _since = time.GetTimestamp();
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>How long to rest after so much work; zero as long as that is little.</summary>
    public TimeSpan RestAfter(TimeSpan worked)
    {
        if (worked < Piece || IsHurried)
        {
            return TimeSpan.Zero;
        }

        double restMs = worked.TotalMilliseconds * ((1 / share) - 1);
        return restMs < RestMax.TotalMilliseconds ? TimeSpan.FromMilliseconds(restMs) : RestMax;
    }
}
