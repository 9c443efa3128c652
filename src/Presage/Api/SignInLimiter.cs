namespace Presage.Api;

/// <summary>
/// Slows down guessing: after 10 failures for an address and name, or 50 for an address, within 5 minutes, further
/// attempts are refused until the oldest has been forgotten. Thread-safe.
/// </summary>
sealed class SignInLimiter(TimeProvider time)
{
    public const int FailuresPerNameMax = 10;
    public const int FailuresPerAddressMax = 50;

    /// <summary>
    /// Beyond this many keys the expired ones are dropped, and if that is not enough, all: 10,000 x 50 x 8 bytes = 4
    /// MB.
    /// </summary>
    const int KeysMax = 10_000;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    readonly Dictionary<string, Queue<long>> _failures = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Guards <see cref="_failures"/>.</summary>
    readonly Lock _lock = new();

    /// <summary>How long to wait before the next attempt; null when it may be made now.</summary>
    public TimeSpan? WaitFor(string address, string name)
    {
        lock (_lock)
        {
            return Longer(Wait(NameKey(address, name), FailuresPerNameMax), Wait(address, FailuresPerAddressMax));
        }
    }

    public void Failed(string address, string name)
    {
        lock (_lock)
        {
            Trim();
            Add(NameKey(address, name));
            Add(address);
        }
    }

    public void Succeeded(string address, string name)
    {
        lock (_lock)
        {
            _failures.Remove(NameKey(address, name));
        }
    }

    static string NameKey(string address, string name) => $"{address} {name}";

    static TimeSpan? Longer(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null ? a : a > b ? a : b;

    TimeSpan? Wait(string key, int max)
    {
        if (!_failures.TryGetValue(key, out var times))
        {
            return null;
        }

        long now = time.GetTimestamp();
        while (times.TryPeek(out long oldest) && time.GetElapsedTime(oldest, now) >= Window)
        {
            times.Dequeue();
        }

        return times.Count < max ? null : Window - time.GetElapsedTime(times.Peek(), now);
    }

    void Add(string key)
    {
        if (!_failures.TryGetValue(key, out var times))
        {
            _failures[key] = times = new Queue<long>();
        }

        times.Enqueue(time.GetTimestamp());
    }

    void Trim()
    {
        if (_failures.Count < KeysMax)
        {
            return;
        }

        long now = time.GetTimestamp();
        foreach (var (key, times) in _failures)
        {
            if (times.All(x => time.GetElapsedTime(x, now) >= Window))
            {
                _failures.Remove(key);
            }
        }

        if (_failures.Count >= KeysMax)
        {
            _failures.Clear();
        }
    }
}
