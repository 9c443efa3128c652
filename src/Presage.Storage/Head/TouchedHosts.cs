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
    /// <summary>How many hosts ahead a host, and what its observer knows of it, is prefetched.</summary>
    const int HostAhead = 64, KnownAhead = 32;

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
            observer.OnAppended(head.HostAt(touched[i]), turn.NewestMs, turn.Samples);
            turn.Samples = 0;
        }

        _touched.Clear();
    }

    unsafe void Prefetch(ReadOnlySpan<int> touched, int i)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        if (i + HostAhead < touched.Length)
        {
            Sse.Prefetch0(AddressOf(head.HostAt(touched[i + HostAhead])));
        }

        if (i + KnownAhead < touched.Length && head.HostAt(touched[i + KnownAhead]).Known is { } known)
        {
            byte* address = AddressOf(known);
            Sse.Prefetch0(address);
            Sse.Prefetch0(address + 64);
            Sse.Prefetch0(address + 128);
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
