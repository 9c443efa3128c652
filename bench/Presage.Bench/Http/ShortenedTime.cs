using System.Globalization;

namespace Presage.Bench;

/// <summary>
/// A time of day that runs some times faster than the real one, from a given moment, so that half an hour holds hourly
/// flushes and a daily merge. Waits and timers take as long as ever.
/// </summary>
/// <param name="speed">How many seconds pass in a real one; 1 with the real start is the real clock.</param>
/// <param name="start">The time of day when the process begins.</param>
sealed class ShortenedTime(int speed, DateTimeOffset start) : TimeProvider
{
    readonly long _began = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => start + (speed * System.GetElapsedTime(_began));

    /// <summary>Runs <c>presage</c> by such a clock: its speed, its start, then the arguments of presage.</summary>
    public static Task<int> RunPresageAsync(string[] args) => Cli.PresageCommand
        .Create(new ShortenedTime(
            int.Parse(args[0], CultureInfo.InvariantCulture),
            DateTimeOffset.Parse(args[1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)))
        .Parse(args[2..]).InvokeAsync();
}
