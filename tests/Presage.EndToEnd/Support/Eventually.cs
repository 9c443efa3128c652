using System.Diagnostics;
using Xunit;

namespace Presage.EndToEnd.Support;

/// <summary>
/// Waits for a condition of another process by asking, with a limit and a message that names what was missing.
/// </summary>
static class Eventually
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<T> Get<T>(string what, TimeSpan limit, Func<Task<T?>> ask)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        Exception? last = null;
        while (clock.Elapsed < limit)
        {
            try
            {
                if (await ask() is { } found)
                {
                    return found;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or KeyNotFoundException)
            {
                last = e;
            }

            await Task.Delay(Pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"Not within {limit.TotalSeconds} s: {what}. {last?.Message}");
    }

    public static Task Holds(string what, TimeSpan limit, Func<Task<bool>> ask) =>
        Get<object>(what, limit, async () => await ask() ? what : null);
}
