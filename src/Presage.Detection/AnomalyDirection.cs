namespace Presage.Detection;

/// <summary>Which side of usual is worth an alarm.</summary>
public enum AnomalyDirection : byte
{
    Above = 1,
    Below = 2,
    Both = Above | Below,
}
