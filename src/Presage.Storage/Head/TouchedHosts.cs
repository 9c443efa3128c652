using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Presage.Storage;

/// <summary>
/// The hosts that got samples in the turn, for the observer. By their numbers in dense arrays: a request of many hosts
/// touches few lines of the cache so. Touched by the one who appends only.
/// </summary>
sealed class TouchedHosts(Head head)
{
    /// <summary>How many hosts ahead what the observer knows of a host is prefetched.</summary>
    const int KnownAhead = 24;

    readonly List<int> _touched = [];
    Turn[] _turns = new Turn[64];

    /// <summary>Notes samples of a host.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int host, long newestMs, int samples)
    {
        if (host >= _turns.Length)
        {
            Array.Resize(ref _turns, Math.Max(host + 1, _turns.Length * 2));
        }

        ref var turn = ref _turns[host];
        if (turn.Samples == 0)
        {
            _touched.Add(host);
            turn.NewestMs = long.MinValue;
        }

        turn.Samples += samples;
        turn.NewestMs = Math.Max(turn.NewestMs, newestMs);
    }

    /// <summary>Tells the observer of each, and begins anew.</summary>
    public void Tell(IAppendObserver observer)
    {
        var touched = CollectionsMarshal.AsSpan(_touched);
        for (int i = 0; i < touched.Length; i++)
        {
            Prefetch(touched, i);
            ref var turn = ref _turns[touched[i]];
            observer.OnAppended(
                head.HostAt(touched[i]), ref head.KnownAt(touched[i]), turn.NewestMs, turn.Samples);
            turn.Samples = 0;
        }

        _touched.Clear();
    }

    unsafe void Prefetch(ReadOnlySpan<int> touched, int i)
    {
        if (Sse.IsSupported && i + KnownAhead < touched.Length && head.KnownAt(touched[i + KnownAhead]) is { } known)
        {
            Sse.Prefetch0(AddressOf(known));
        }
    }

    /// <summary>Where an object is now; it may be moved any time, which spoils a prefetch and nothing else.</summary>
    static unsafe byte* AddressOf(object value) => *(byte**)Unsafe.AsPointer(ref value);

    struct Turn
    {
        public long NewestMs;
        public int Samples;
    }
}
