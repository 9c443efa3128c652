using System.Globalization;

namespace Presage.Import;

/// <summary>Shows how far an import is: a bar on a terminal, a line every ten seconds elsewhere.</summary>
sealed class ImportProgress(TextWriter output, bool isTerminal, TimeProvider time) : IImportWatcher
{
    const int Width = 30;
    static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(10);

    readonly long _started = time.GetTimestamp();
    long _told;

    public void Tell(string part, double share, long samples)
    {
        if (_told != 0 && share < 1 && time.GetElapsedTime(_told) < (isTerminal ? OnTerminal : Elsewhere))
        {
            return;
        }

        _told = time.GetTimestamp();
        double seconds = time.GetElapsedTime(_started).TotalSeconds;
        double left = share > 0.001 ? seconds / share * (1 - share) : 0;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{share,4:0 %}  {Count(samples)} samples, {Count(samples / Math.Max(1, seconds))} a second, " +
            $"{TimeSpan.FromSeconds(left):h\\:mm\\:ss} left");
        if (!isTerminal)
        {
            output.WriteLine(text);
            return;
        }

        int filled = (int)(share * Width);
        output.Write($"\r[{new string('#', filled)}{new string('.', Width - filled)}] {text} \x1b[K");
        if (share >= 1)
        {
            output.WriteLine();
        }
    }

    static string Count(double samples) => samples < 1e6
        ? samples.ToString("#,0", CultureInfo.InvariantCulture)
        : (samples / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " million";
}
