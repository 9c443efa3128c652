namespace Presage.Detection;

/// <summary>A straight line through the values of spans, by least squares.</summary>
/// <param name="Explained">The part of the values' variance that the line explains, 0 to 1.</param>
readonly record struct SpanLine(double Slope, double Level, double Explained)
{
    /// <summary>The line's value at a span.</summary>
    public double At(int span) => Level + (Slope * span);

    public static SpanLine Through(ReadOnlySpan<int> spans, ReadOnlySpan<double> values)
    {
        double meanX = 0, meanY = 0;
        for (int i = 0; i < values.Length; i++)
        {
            meanX += spans[i];
            meanY += values[i] / values.Length;
        }

        meanX /= values.Length;
        double xx = 0, xy = 0, yy = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double x = spans[i] - meanX, y = values[i] - meanY;
            xx += x * x;
            xy += x * y;
            yy += y * y;
        }

        if (!(xx > 0) || !(yy > 0) || !double.IsFinite(yy))
        {
            return new SpanLine(0, meanY, 0);
        }

        double slope = xy / xx;
        return new SpanLine(slope, meanY - (slope * meanX), Math.Clamp(slope * xy / yy, 0, 1));
    }
}
