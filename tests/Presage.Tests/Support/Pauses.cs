using System.Diagnostics;

namespace Presage.Tests.Support;

/// <summary>
/// For how long this process had no processor since it was made: what a test that measures the clock on the wall may
/// add on a busy machine.
/// </summary>
sealed class Pauses : IDisposable
{
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    readonly ManualResetEventSlim _ended = new();
    readonly Thread _thread;
    long _lostTicks;

    public Pauses()
    {
        _thread = new Thread(Watch) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>What waits of 20 ms took beyond that, all together, where it was 20 ms more at least.</summary>
    public TimeSpan Lost => new(Interlocked.Read(ref _lostTicks));

    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _ended.Dispose();
    }

    void Watch()
    {
        while (true)
        {
            long began = Stopwatch.GetTimestamp();
            if (_ended.Wait(Tick))
            {
                return;
            }

            // What a timer is late by on a machine that has time does not count.
            var late = Stopwatch.GetElapsedTime(began) - Tick;
            Interlocked.Add(ref _lostTicks, late > Tick ? late.Ticks : 0);
        }
    }
}
