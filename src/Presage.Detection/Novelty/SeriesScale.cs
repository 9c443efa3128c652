namespace Presage.Detection;

/// <summary>Turns the strength of one series into a score from 0 to 1.</summary>
static class SeriesScale
{
    public static double Score(double strength) => 1 - (1 / (1 + Math.Pow(10, Math.Clamp(strength, -10, 15))));

    public static double Line(Sensitivity sensitivity) => sensitivity switch
    {
        Sensitivity.Low => 5.5,
        Sensitivity.Standard => 5,
        Sensitivity.High => 4,
        _ => 3.5,
    };
}
