namespace Presage.EndToEnd.Support;

/// <summary>What a run measured, kept beside its pictures in <c>figures.txt</c>; nothing is asserted by it.</summary>
static class Figures
{
    static readonly Lock Gate = new();

    public static void Add(string figure)
    {
        lock (Gate)
        {
            File.AppendAllLines(Path.Combine(Product.Screenshots, "figures.txt"), [figure]);
        }
    }
}
