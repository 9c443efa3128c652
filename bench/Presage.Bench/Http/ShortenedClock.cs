using System.Globalization;
using System.Text.Json;

namespace Presage.Bench;

/// <summary>What the benchmark knows of a server's <see cref="ShortenedTime"/>.</summary>
/// <param name="Speed">How many seconds of the server pass in one of ours; 1: the real clock.</param>
/// <param name="Start">What the server takes the time of its start for.</param>
sealed record ShortenedClock(int Speed, string Start)
{
    long _offsetMs;

    /// <summary>The server's time now, once <see cref="SynchronizeAsync"/> has asked for it.</summary>
    public long NowMs => (RealNowMs * Speed) + _offsetMs;

    static long RealNowMs => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Program and arguments that run presage by this clock.</summary>
    public (string File, string[] Arguments) CommandOf(string presage, string[] arguments) => Speed == 1
        ? (presage, arguments)
        : (Environment.ProcessPath!, [
            .. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
                ? [typeof(ShortenedClock).Assembly.Location]
                : (string[])[],
            "shortened", Speed.ToString(CultureInfo.InvariantCulture), Start, .. arguments]);

    /// <summary>Asks a server for its time.</summary>
    public async Task SynchronizeAsync(MeasuredServer server)
    {
        using var answer = JsonDocument.Parse(
            await server.Http.GetStringAsync(new Uri(server.Root, "/api/v1/query?query=time()")));
        var result = answer.RootElement.GetProperty("data").GetProperty("result");
        double seconds = double.Parse(result[1].GetString()!, CultureInfo.InvariantCulture);
        _offsetMs = (long)(seconds * 1_000) - (RealNowMs * Speed);
    }
}
